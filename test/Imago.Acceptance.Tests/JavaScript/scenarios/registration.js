// The preview feature of the channel and the resource provider are registered and read.
import assert from 'node:assert/strict'
import { all, features, resources, until } from './clients.js'

const [namespace, name] = ['Microsoft.ContainerService', 'NodeOsUpgradeChannelPreview']
await features.features.register(namespace, name)
const registered = await until('The feature being registered', 60, () => features.features.get(namespace, name), (f) => f.properties.state === 'Registered')
assert.equal(registered.name, `${namespace}/${name}`)
assert.ok((await all(features.features.list(namespace))).some((f) => f.name === `${namespace}/${name}`))

await resources.providers.register(namespace)
const provider = await until('The provider being registered', 60, () => resources.providers.get(namespace), (p) => p.registrationState === 'Registered')
const clusters = provider.resourceTypes.find((t) => t.resourceType === 'managedClusters')
assert.ok(clusters.apiVersions.includes('2026-04-01'))
