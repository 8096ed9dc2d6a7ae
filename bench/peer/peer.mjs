// oidc-provider as its documentation sets it up, in memory, in one process, over TLS: what the token endpoint is measured beside.
import { generateKeyPairSync } from 'node:crypto'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import Provider from 'oidc-provider'

const given = (name) => process.argv[process.argv.indexOf(name) + 1]
const tls = given('--tls')
const server = createServer({ cert: readFileSync(`${tls}/server.pem`), key: readFileSync(`${tls}/server.key`), ALPNProtocols: ['http/1.1'] })
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
const url = `https://127.0.0.1:${server.address().port}`

const secret = 'a secret of the bench that is long enough for anybody'
const client = (client_id) => ({
  client_id, client_secret: secret, grant_types: ['client_credentials'], response_types: [], redirect_uris: [], token_endpoint_auth_method: 'client_secret_basic',
  id_token_signed_response_alg: 'ES256',
})
const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' })
const provider = new Provider(url, {
  clients: [client('opaque'), client('es256')],
  jwks: { keys: [{ ...key, alg: 'ES256', use: 'sig' }] },
  scopes: ['read'],
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: (_ctx, client) => (client.clientId === 'es256' ? 'urn:bench' : undefined),
      getResourceServerInfo: () => ({ scope: 'read', audience: 'urn:bench', accessTokenFormat: 'jwt', jwt: { sign: { alg: 'ES256' } } }),
    },
  },
})
server.on('request', provider.callback())
const ready = given('--ready-file')
const app = (client_id) => ({ client_id, client_secret: secret })
writeFileSync(`${ready}.part`, JSON.stringify({
  url, ca_file: `${tls}/ca.pem`, pid: process.pid, tokens: { app: '' },
  oauth: { token: '/token', introspect: '/token/introspection', apps: { opaque: app('opaque'), es256: app('es256') } },
}))
renameSync(`${ready}.part`, ready)
process.on('SIGTERM', () => process.exit(0))
