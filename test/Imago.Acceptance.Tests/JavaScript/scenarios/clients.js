// The SDK clients that every scenario uses, pointed at the server under test. The credential is a token that somebody else got.
import { ContainerServiceClient } from '@azure/arm-containerservice'
import armFeatures from '@azure/arm-features'
import armMonitor from '@azure/arm-monitor'
import { ResourceManagementClient } from '@azure/arm-resources'

const { IMAGO_ADDRESS: endpoint, IMAGO_SUBSCRIPTION: subscription, IMAGO_TOKEN: token } = process.env
const credential = { getToken: async () => ({ token, expiresOnTimestamp: Date.now() + 3_600_000 }) }
const options = { endpoint, credentials: { scopes: [`${endpoint}/.default`] } }

export const location = 'eastus'
export const subscriptionId = subscription
export const containers = (apiVersion) => new ContainerServiceClient(credential, subscription, { ...options, apiVersion })
export const resources = new ResourceManagementClient(credential, subscription, options)
export const features = new armFeatures.FeatureClient(credential, subscription, options)
export const monitor = new armMonitor.MonitorClient(credential, subscription, options)

/** What is asked for in the least words: one small System pool. */
export const cluster = (more = {}) => ({
  location,
  identity: { type: 'SystemAssigned' },
  dnsPrefix: 'scenario',
  agentPoolProfiles: [{ name: 'nodepool1', count: 1, mode: 'System', osType: 'Linux', type: 'VirtualMachineScaleSets' }],
  ...more,
})

/** Everything that a paged list holds. */
export const all = async (pages) => {
  const items = []
  for await (const item of pages) items.push(item)
  return items
}

/** The error that a call ends with; a call that succeeds is a failure of the scenario. */
export const refused = async (call) => {
  try {
    await call()
  } catch (error) {
    return error
  }
  throw new Error('The call should have been refused.')
}

/** Asks until the answer is wanted. */
export const until = async (what, seconds, ask, wanted) => {
  for (let tries = seconds * 2; ; tries--) {
    const seen = await ask()
    if (wanted(seen)) return seen
    if (tries <= 0) throw new Error(`${what}: not within ${seconds} s. Seen last: ${JSON.stringify(seen)}`)
    await new Promise((done) => setTimeout(done, 500))
  }
}
