// The activity log tells who did what: @azure/arm-monitor stands in for `az monitor`, which does not start in Debian's build.
import assert from 'node:assert/strict'
import { all, cluster, containers, location, monitor, refused, resources } from './clients.js'

const group = 'js-activities'
const { managedClusters } = containers()
await resources.resourceGroups.createOrUpdate(group, { location })
const made = await managedClusters.createOrUpdate(group, 'one', cluster({ autoUpgradeProfile: { nodeOSUpgradeChannel: 'None' } }))
await managedClusters.createOrUpdate(group, 'two', cluster({ autoUpgradeProfile: { nodeOSUpgradeChannel: 'None' } }))

const since = new Date(Date.now() - 3_600_000).toISOString().slice(0, 19)
const of = await all(monitor.activityLogs.list(`eventTimestamp ge ${since} and resourceId eq '${made.id}'`))
const [started, succeeded] = ['Started', 'Succeeded'].map((s) => of.find((e) => e.operationName.value === 'Microsoft.ContainerService/managedClusters/write' && e.status.value === s))
assert.ok(started && succeeded)
assert.equal(started.correlationId, succeeded.correlationId)
assert.notEqual(started.eventDataId, succeeded.eventDataId)
assert.equal(started.httpRequest.method, 'PUT')
assert.equal(started.level, 'Informational')
assert.ok(started.caller)
assert.ok(of.every((e) => e.resourceId.toLowerCase().startsWith(made.id.toLowerCase())))

const inGroup = await all(monitor.activityLogs.list(`eventTimestamp ge ${since} and resourceGroupName eq '${group}'`))
assert.ok(new Set(inGroup.map((e) => e.resourceId.toLowerCase())).size >= 2)
assert.equal((await refused(() => all(monitor.activityLogs.list('nonsense')))).statusCode, 400)

for (const name of ['one', 'two']) await managedClusters.delete(group, name)
await resources.resourceGroups.beginDeleteAndWait(group)
