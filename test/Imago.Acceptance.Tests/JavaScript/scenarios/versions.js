// One cluster seen through every stable api-version: fields newer than the version are kept, hidden, and refused on write.
import assert from 'node:assert/strict'
import { cluster, containers, location, refused, resources } from './clients.js'

const group = 'js-versions'
await resources.resourceGroups.createOrUpdate(group, { location })
const newest = containers('2026-04-01')
const profile = { name: 'nodepool1', count: 1, mode: 'System', osType: 'Linux', type: 'VirtualMachineScaleSets', upgradeSettings: { maxSurge: '1', nodeSoakDurationInMinutes: 3, undrainableNodeBehavior: 'Cordon' } }
const made = await newest.managedClusters.createOrUpdate(group, 'one', cluster({ autoUpgradeProfile: { nodeOSUpgradeChannel: 'SecurityPatch' }, agentPoolProfiles: [profile] }))

for (const apiVersion of ['2023-06-01', '2023-11-01', '2024-05-01', '2024-09-01', '2025-02-01', '2025-03-01', '2025-07-01', '2026-04-01']) {
  const seen = await containers(apiVersion).managedClusters.get(group, 'one')
  assert.equal(seen.id, made.id, apiVersion)
  // CH-70: returned on read in every version that has the property.
  assert.equal(seen.autoUpgradeProfile.nodeOSUpgradeChannel, 'SecurityPatch', apiVersion)
  const settings = seen.agentPoolProfiles[0].upgradeSettings
  assert.equal(settings.nodeSoakDurationInMinutes, apiVersion >= '2023-11-01' ? 3 : undefined, apiVersion)
  assert.equal(settings.undrainableNodeBehavior, apiVersion >= '2025-03-01' ? 'Cordon' : undefined, apiVersion)
}

// A round trip through an old version loses nothing that it does not show.
const old = containers('2023-06-01').managedClusters
await old.createOrUpdate(group, 'one', { ...(await old.get(group, 'one')), autoUpgradeProfile: { nodeOSUpgradeChannel: 'NodeImage' } })
assert.equal((await newest.managedClusters.get(group, 'one')).agentPoolProfiles[0].upgradeSettings.undrainableNodeBehavior, 'Cordon')

assert.equal((await refused(() => old.createOrUpdate(group, 'two', cluster({ autoUpgradeProfile: { nodeOSUpgradeChannel: 'SecurityPatch' } })))).statusCode, 400)
assert.equal((await refused(() => containers('2019-01-01').managedClusters.get(group, 'one'))).statusCode, 400)

await newest.managedClusters.delete(group, 'one')
await resources.resourceGroups.beginDeleteAndWait(group)
