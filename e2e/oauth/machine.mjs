// Apps that act for themselves, against a real server.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { exportJWK, generateKeyPair } from 'jose'
import * as client from 'openid-client'
import * as oauth from 'oauth4webapi'
import { end, holds, is, refuses } from './say.mjs'

const ready = JSON.parse(readFileSync(process.env.STRONGROOM_READY))
const issuer = new URL(ready.url)
const scratch = process.env.STRONGROOM_SCRATCH

// Staff register at the machine, and the security engineer reviews over HTTP.
async function register(name, settings) {
  const file = `${scratch}/${name}.json`
  writeFileSync(file, JSON.stringify({ name, grant_types: ['client_credentials'], scopes: 'system/*.rs', purposes: ['TREAT'], ...settings }))
  const args = ['app', 'register', '--data', ready.data, '--settings', file, '--json']
  const made = JSON.parse(execFileSync(process.env.STRONGROOM_BIN, args, { stdio: ['ignore', 'pipe', 'ignore'] }))
  const review = await fetch(`${ready.url}/v1/apps/${made.client_id}/review`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${ready.tokens.security}`, 'content-type': 'application/json' },
    body: JSON.stringify({ verdict: 'approve' }),
  })
  is(`an app is registered at the machine and reviewed over HTTP: ${name}`, review.status === 200, await review.text())
  return made
}

const person = `${ready.url}/v1/persons/${ready.persons[0]}/records/Condition`
const headers = { 'purpose-of-use': 'TREAT' }

await holds('discovery by OpenID Connect and by RFC 8414 agree', async () => {
  const one = await client.discovery(issuer, 'x', undefined, client.None())
  const two = await client.discovery(issuer, 'x', undefined, client.None(), { algorithm: 'oauth2' })
  return one.serverMetadata().token_endpoint === two.serverMetadata().token_endpoint && one.serverMetadata().supportsPKCE()
})

const keys = await generateKeyPair('ES256', { extractable: true })
const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'one' }
const apps = {
  client_secret_basic: (app) => client.ClientSecretBasic(app.client_secret),
  client_secret_post: (app) => client.ClientSecretPost(app.client_secret),
  private_key_jwt: () => client.PrivateKeyJwt({ key: keys.privateKey, kid: 'one' }),
}
for (const [way, proves] of Object.entries(apps)) {
  const app = await register(way, { auth_method: way, ...(way === 'private_key_jwt' && { jwks: { keys: [jwk] } }) })
  const config = await client.discovery(issuer, app.client_id, undefined, proves(app))
  await holds(`${way}: a token opens data for the purpose that was agreed`, async () => {
    const tokens = await client.clientCredentialsGrant(config, { scope: 'system/Condition.rs' })
    const read = await client.fetchProtectedResource(config, tokens.access_token, new URL(person), 'GET', null, new Headers(headers))
    const other = await fetch(person, { headers: { authorization: `Bearer ${tokens.access_token}`, 'purpose-of-use': 'HRESCH' } })
    const write = await fetch(`${person}/x`, { method: 'PUT', body: '{}', headers: { authorization: `Bearer ${tokens.access_token}` } })
    return (read.status === 200 && other.status === 403 && write.status === 403) || `${read.status} ${other.status} ${write.status}`
  })
  await holds(`${way}: introspection and revocation`, async () => {
    const tokens = await client.clientCredentialsGrant(config)
    const before = await client.tokenIntrospection(config, tokens.access_token)
    await client.tokenRevocation(config, tokens.access_token)
    const after = await client.tokenIntrospection(config, tokens.access_token)
    const read = await fetch(person, { headers: { ...headers, authorization: `Bearer ${tokens.access_token}` } })
    return before.active && before.client_id === app.client_id && !after.active && read.status === 401
  })
  await refuses(`${way}: what it was not registered for`, 'invalid_scope', () => client.clientCredentialsGrant(config, { scope: 'system/*.cruds' }))
}

const bound = await register('bound', { auth_method: 'client_secret_basic', dpop_bound: true })
const config = await client.discovery(issuer, bound.client_id, undefined, client.ClientSecretBasic(bound.client_secret))
await refuses('a token without a proof for an app whose tokens are bound', 'invalid_dpop_proof', () => client.clientCredentialsGrant(config))
await holds('a token bound to a key opens data with a proof, and not without', async () => {
  const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'))
  const tokens = await client.clientCredentialsGrant(config, {}, { DPoP })
  const read = await client.fetchProtectedResource(config, tokens.access_token, new URL(`${person}?limit=1`), 'GET', null, new Headers(headers), { DPoP })
  const bearer = await fetch(person, { headers: { ...headers, authorization: `Bearer ${tokens.access_token}` } })
  return (tokens.token_type === 'dpop' && read.status === 200 && bearer.status === 401) || `${tokens.token_type} ${read.status} ${bearer.status}`
})

await holds('oauth4webapi: discovery, client credentials, introspection', async () => {
  const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer))
  const app = { client_id: ready.app.client_id }
  const proves = oauth.ClientSecretBasic(ready.app.client_secret)
  const granted = await oauth.clientCredentialsGrantRequest(as, app, proves, {})
  const tokens = await oauth.processClientCredentialsResponse(as, app, granted)
  const asked = await oauth.introspectionRequest(as, app, proves, tokens.access_token)
  const told = await oauth.processIntrospectionResponse(as, app, asked)
  return told.active === true
})
await holds('the demonstration\'s sample app pushes a request', async () => {
  const config = await client.discovery(issuer, ready.app.client_id, undefined, client.ClientSecretBasic(ready.app.client_secret))
  const verifier = client.randomPKCECodeVerifier()
  const url = await client.buildAuthorizationUrlWithPAR(config, {
    redirect_uri: 'http://127.0.0.1:4711/cb', scope: 'openid patient/*.rs', state: 'x',
    code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
  })
  const arrived = await fetch(url, { redirect: 'manual' })
  return (arrived.status === 303 && arrived.headers.get('location').startsWith('/sign-in?next=')) || `${arrived.status}`
})
end()
