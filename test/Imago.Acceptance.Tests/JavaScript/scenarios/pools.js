// Pools are added, changed, upgraded by hand and deleted, with a poller that is asked step by step.
import assert from 'node:assert/strict'
import { all, cluster, containers, location, refused, resources } from './clients.js'

const group = 'js-pools'
const { managedClusters, agentPools } = containers()
await resources.resourceGroups.createOrUpdate(group, { location })
await managedClusters.createOrUpdate(group, 'one', cluster({ autoUpgradeProfile: { nodeOSUpgradeChannel: 'None' } }))

const poller = await agentPools.beginCreateOrUpdate(group, 'one', 'apps', {
  count: 2, mode: 'User', osType: 'Linux', nodeLabels: { tier: 'web' },
  upgradeSettings: { maxSurge: '50%', drainTimeoutInMinutes: 40, nodeSoakDurationInMinutes: 2, undrainableNodeBehavior: 'Cordon' },
})
const pool = await poller.pollUntilDone()
assert.ok(poller.isDone())
assert.equal(pool.provisioningState, 'Succeeded')
assert.equal(pool.upgradeSettings.maxSurge, '50%')
assert.equal(pool.upgradeSettings.undrainableNodeBehavior, 'Cordon')

const more = await agentPools.createOrUpdate(group, 'one', 'apps', { ...pool, count: 3 })
assert.equal(more.count, 3)
assert.equal(more.nodeLabels.tier, 'web')
assert.deepEqual((await all(agentPools.list(group, 'one'))).map((p) => p.name).sort(), ['apps', 'nodepool1'])

const profile = await agentPools.getUpgradeProfile(group, 'one', 'apps')
assert.equal(profile.latestNodeImageVersion, more.nodeImageVersion)
await agentPools.getAvailableAgentPoolVersions(group, 'one')

// At the newest image already: an upgrade that has nothing to do ends well, too.
await agentPools.upgradeNodeImageVersion(group, 'one', 'apps')
assert.equal((await agentPools.get(group, 'one', 'apps')).provisioningState, 'Succeeded')

const wrong = await refused(() => agentPools.createOrUpdate(group, 'one', 'apps', { ...more, upgradeSettings: { maxSurge: '0', maxUnavailable: '0' } }))
assert.equal(wrong.statusCode, 400)

await agentPools.delete(group, 'one', 'apps')
assert.equal((await refused(() => agentPools.get(group, 'one', 'apps'))).statusCode, 404)
await managedClusters.delete(group, 'one')
await resources.resourceGroups.beginDeleteAndWait(group)
