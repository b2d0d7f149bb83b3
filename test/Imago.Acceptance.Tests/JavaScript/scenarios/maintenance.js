// Every kind of schedule, as a program writes it.
import assert from 'node:assert/strict'
import { all, cluster, containers, location, refused, resources } from './clients.js'

const group = 'js-maintenance'
const { managedClusters, maintenanceConfigurations } = containers()
await resources.resourceGroups.createOrUpdate(group, { location })
await managedClusters.createOrUpdate(group, 'one', cluster())

const startDate = new Date('2099-01-01')
const schedules = [
  { daily: { intervalDays: 2 } },
  { weekly: { intervalWeeks: 3, dayOfWeek: 'Friday' } },
  { absoluteMonthly: { intervalMonths: 1, dayOfMonth: 15 } },
  { relativeMonthly: { intervalMonths: 3, weekIndex: 'Last', dayOfWeek: 'Tuesday' } },
]
for (const schedule of schedules) {
  const maintenanceWindow = { schedule, durationHours: 8, utcOffset: '+05:30', startDate, startTime: '09:30', notAllowedDates: [{ start: new Date('2099-12-23'), end: new Date('2100-01-05') }] }
  const written = await maintenanceConfigurations.createOrUpdate(group, 'one', 'aksManagedNodeOSUpgradeSchedule', { maintenanceWindow })
  const [kind] = Object.keys(schedule)
  assert.deepEqual({ ...written.maintenanceWindow.schedule[kind] }, schedule[kind])
  assert.equal(written.maintenanceWindow.durationHours, 8)
  assert.equal(written.maintenanceWindow.utcOffset, '+05:30')
  assert.deepEqual(written.maintenanceWindow.startDate, startDate)
  assert.deepEqual(written.maintenanceWindow.notAllowedDates[0].end, new Date('2100-01-05'))
}

await maintenanceConfigurations.createOrUpdate(group, 'one', 'default', { timeInWeek: [{ day: 'Monday', hourSlots: [1, 2] }], notAllowedTime: [] })
assert.deepEqual((await all(maintenanceConfigurations.listByManagedCluster(group, 'one'))).map((c) => c.name).sort(), ['aksManagedNodeOSUpgradeSchedule', 'default'])

const both = await refused(() => maintenanceConfigurations.createOrUpdate(group, 'one', 'aksManagedNodeOSUpgradeSchedule', {
  maintenanceWindow: { schedule: { daily: { intervalDays: 9 }, weekly: { intervalWeeks: 1, dayOfWeek: 'Monday' } }, durationHours: 3, startTime: '25:00' },
}))
assert.equal(both.statusCode, 400)
// All problems at once: the two schedules, the interval, the duration and the time.
for (const part of ['schedule', 'intervalDays', 'durationHours', 'startTime']) assert.ok(JSON.stringify(both.details ?? both.message).includes(part) || both.message.includes(part), part)

await maintenanceConfigurations.delete(group, 'one', 'default')
assert.equal((await refused(() => maintenanceConfigurations.get(group, 'one', 'default'))).statusCode, 404)
await managedClusters.delete(group, 'one')
await resources.resourceGroups.beginDeleteAndWait(group)
