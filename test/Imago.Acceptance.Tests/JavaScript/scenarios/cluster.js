// A cluster is made, read, changed, listed, stopped, started and deleted.
import assert from 'node:assert/strict'
import { all, cluster, containers, location, refused, resources } from './clients.js'

const group = 'js-cluster'
const { managedClusters } = containers()
await resources.resourceGroups.createOrUpdate(group, { location })

const made = await managedClusters.createOrUpdate(group, 'one', cluster({ autoUpgradeProfile: { nodeOSUpgradeChannel: 'SecurityPatch' } }))
assert.equal(made.provisioningState, 'Succeeded')
assert.equal(made.autoUpgradeProfile.nodeOSUpgradeChannel, 'SecurityPatch')
assert.equal(made.agentPoolProfiles[0].count, 1)
assert.match(made.agentPoolProfiles[0].nodeImageVersion, /^AKSUbuntu-/)

const read = await managedClusters.get(group, 'ONE')
assert.equal(read.id, made.id)
assert.equal(read.eTag, made.eTag)

// A GET is sent back as it came: nothing of it may be refused, and nothing changes.
const same = await managedClusters.createOrUpdate(group, 'one', read)
assert.deepEqual(same.autoUpgradeProfile, read.autoUpgradeProfile)
assert.deepEqual(same.agentPoolProfiles[0].upgradeSettings, read.agentPoolProfiles[0].upgradeSettings)

const changed = await managedClusters.createOrUpdate(group, 'one', {
  ...read,
  autoUpgradeProfile: { upgradeChannel: 'stable', nodeOSUpgradeChannel: 'None' },
})
assert.deepEqual({ ...changed.autoUpgradeProfile }, { upgradeChannel: 'stable', nodeOSUpgradeChannel: 'None' })
assert.notEqual(changed.eTag, read.eTag)

const tagged = await managedClusters.updateTags(group, 'one', { tags: { team: 'shop' } })
assert.equal(tagged.tags.team, 'shop')
assert.equal(tagged.autoUpgradeProfile.nodeOSUpgradeChannel, 'None')

const late = await refused(() => managedClusters.createOrUpdate(group, 'one', read, { ifMatch: read.eTag }))
assert.equal(late.statusCode, 412)

assert.deepEqual((await all(managedClusters.listByResourceGroup(group))).map((c) => c.name), ['one'])
assert.ok((await all(managedClusters.list())).some((c) => c.id === made.id))

const profile = await managedClusters.getUpgradeProfile(group, 'one')
assert.equal(profile.controlPlaneProfile.kubernetesVersion, made.currentKubernetesVersion)
const versions = await managedClusters.listKubernetesVersions(location)
assert.ok(versions.values.some((v) => made.currentKubernetesVersion.startsWith(`${v.version}.`)))

for (const credentials of [await managedClusters.listClusterUserCredentials(group, 'one'), await managedClusters.listClusterAdminCredentials(group, 'one')]) {
  assert.match(Buffer.from(credentials.kubeconfigs[0].value).toString('utf8'), /current-context: ["']?one/)
}

await managedClusters.stop(group, 'one')
assert.equal((await managedClusters.get(group, 'one')).powerState.code, 'Stopped')
await managedClusters.start(group, 'one')
assert.equal((await managedClusters.get(group, 'one')).powerState.code, 'Running')

await managedClusters.delete(group, 'one')
const gone = await refused(() => managedClusters.get(group, 'one'))
assert.equal(gone.statusCode, 404)
assert.equal(gone.code, 'ResourceNotFound')
await resources.resourceGroups.beginDeleteAndWait(group)
