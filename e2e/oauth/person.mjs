// A person at a browser, and apps that ask.
import { readFileSync } from 'node:fs'
import { createRemoteJWKSet, importJWK, jwtVerify } from 'jose'
import * as client from 'openid-client'
import * as oauth from 'oauth4webapi'
import { end, holds, refuses } from './say.mjs'

const ready = JSON.parse(readFileSync(process.env.STRONGROOM_READY))
const issuer = new URL(ready.url)
const key = await importJWK(JSON.parse(readFileSync(`${process.env.STRONGROOM_SCRATCH}/key.json`)), 'ES256')
const signs = () => client.PrivateKeyJwt({ key, kid: 'first' })
const proofs = {
  basic: (app) => client.ClientSecretBasic(app.client_secret),
  post: (app) => client.ClientSecretPost(app.client_secret),
  public: () => client.None(),
  signs,
  strict: signs,
  jwt: (app) => client.ClientSecretBasic(app.client_secret),
}

// The browser of somebody who is signed in: follows the link, reads the page, answers. Gives the address that it is sent back to.
async function browse(url, answer = 'allow') {
  let got = await fetch(url, { redirect: 'manual', headers: { 'x-account': 'ada' } })
  if (got.status === 200) {
    const page = await got.text()
    const field = (name) => page.match(new RegExp(`name="${name}" value="([^"]*)"`))[1]
    got = await fetch(`${ready.url}/oauth2/consent`, {
      method: 'POST', redirect: 'manual', headers: { 'x-account': 'ada' },
      body: new URLSearchParams({ request: field('request'), token: field('token'), answer }),
    })
  }
  if (got.status !== 303) throw new Error(`${got.status} ${await got.text()}`)
  return new URL(got.headers.get('location'))
}

async function begin(name, more = {}, options) {
  const app = ready.apps[name]
  const config = await client.discovery(issuer, app.client_id, undefined, proofs[name](app))
  const verifier = client.randomPKCECodeVerifier()
  const checks = { pkceCodeVerifier: verifier, expectedState: client.randomState(), expectedNonce: client.randomNonce() }
  const parameters = {
    redirect_uri: name === 'public' ? 'http://127.0.0.1:49152/cb' : 'https://app.test/cb',
    scope: 'openid offline_access patient/*.rs', state: checks.expectedState, nonce: checks.expectedNonce,
    code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256', ...more,
  }
  const pushes = options || name === 'strict'
  const url = pushes ? await client.buildAuthorizationUrlWithPAR(config, parameters, options) : client.buildAuthorizationUrl(config, parameters)
  return { config, url, checks }
}

async function whole(name, more, options) {
  const { config, url, checks } = await begin(name, more, options)
  const tokens = await client.authorizationCodeGrant(config, await browse(url), checks, undefined, options)
  return { config, tokens, checks }
}

const records = new URL(`${ready.url}/v1/persons/${ready.person}/records/Condition`)
const read = (config, tokens, options) =>
  client.fetchProtectedResource(config, tokens.access_token, records, 'GET', null, new Headers({ 'purpose-of-use': 'PATRQT' }), options)

for (const name of ['basic', 'post', 'public', 'signs', 'jwt']) {
  await holds(`${name}: code with PKCE, ID token, user info, a read, refresh`, async () => {
    const { config, tokens } = await whole(name)
    const told = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub)
    const opened = await read(config, tokens)
    const next = await client.refreshTokenGrant(config, tokens.refresh_token)
    return told.sub === tokens.claims().sub && opened.status === 200 && next.refresh_token !== tokens.refresh_token
  })
}
await holds('a lost answer can be asked for again, and a copy ends the family', async () => {
  const { config, tokens } = await whole('basic')
  const lost = await client.refreshTokenGrant(config, tokens.refresh_token)
  const again = await client.refreshTokenGrant(config, tokens.refresh_token)
  const next = await client.refreshTokenGrant(config, again.refresh_token)
  await refuses('a copy of a refresh token', 'invalid_grant', () => client.refreshTokenGrant(config, tokens.refresh_token))
  await refuses('everything that came after it', 'invalid_grant', () => client.refreshTokenGrant(config, next.refresh_token))
  return again.refresh_token === lost.refresh_token
})
await holds('a code counts once, and its second coming ends what came of it', async () => {
  const { config, url, checks } = await begin('basic')
  const back = await browse(url)
  const tokens = await client.authorizationCodeGrant(config, back, checks)
  await refuses('a code that was used', 'invalid_grant', () => client.authorizationCodeGrant(config, back, checks))
  return (await client.tokenIntrospection(config, tokens.access_token)).active === false
})
await holds('a no comes back as a no', async () => {
  const { config, url, checks } = await begin('public')
  const back = await browse(url, 'refuse')
  await refuses('what the person refused', 'access_denied', () => client.authorizationCodeGrant(config, back, checks))
})
await holds('an answer of another issuer is noticed (RFC 9207)', async () => {
  const { config, url, checks } = await begin('basic')
  const back = await browse(url)
  if (back.searchParams.get('iss') !== ready.url) return false
  back.searchParams.set('iss', 'https://evil.test')
  try {
    await client.authorizationCodeGrant(config, back, checks)
    return false
  } catch (error) {
    return error.code === 'OAUTH_INVALID_RESPONSE' || error.message
  }
})
await holds('a revoked refresh token is none', async () => {
  const { config, tokens } = await whole('signs')
  await client.tokenRevocation(config, tokens.refresh_token)
  await refuses('a revoked refresh token', 'invalid_grant', () => client.refreshTokenGrant(config, tokens.refresh_token))
  return (await client.tokenIntrospection(config, tokens.access_token)).active === false
})
await holds('a signed access token verifies with our keys (RFC 9068)', async () => {
  const { config, tokens } = await whole('jwt')
  const keys = createRemoteJWKSet(new URL(config.serverMetadata().jwks_uri))
  const { payload, protectedHeader } = await jwtVerify(tokens.access_token, keys, { issuer: ready.url, audience: ready.url, typ: 'at+jwt' })
  return payload.client_id === ready.apps.jwt.client_id && protectedHeader.alg === 'ES256'
})
for (const name of ['public', 'basic', 'strict']) {
  await holds(`${name}: pushed, bound to a key, read, refreshed`, async () => {
    const app = ready.apps[name]
    const config = await client.discovery(issuer, app.client_id, undefined, proofs[name](app))
    const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'))
    const flow = await whole(name, {}, { DPoP })
    const opened = await read(flow.config, flow.tokens, { DPoP })
    const next = await client.refreshTokenGrant(flow.config, flow.tokens.refresh_token, {}, { DPoP })
    const kept = next.refresh_token === flow.tokens.refresh_token
    return flow.tokens.token_type === 'dpop' && opened.status === 200 && kept === (name === 'strict')
  })
}
await refuses('the strict app without a key', 'invalid_dpop_proof', () => whole('strict'))

await holds('oauth4webapi: code with PKCE, validated part by part', async () => {
  const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer))
  const app = { client_id: ready.apps.basic.client_id }
  const proves = oauth.ClientSecretBasic(ready.apps.basic.client_secret)
  const verifier = oauth.generateRandomCodeVerifier()
  const nonce = oauth.generateRandomNonce()
  const url = new URL(as.authorization_endpoint)
  for (const [name, value] of Object.entries({
    client_id: app.client_id, redirect_uri: 'https://app.test/cb', response_type: 'code', scope: 'openid patient/*.rs', state: 'here', nonce, max_age: '3600',
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
  })) url.searchParams.set(name, value)
  const parameters = oauth.validateAuthResponse(as, app, await browse(url), 'here')
  const response = await oauth.authorizationCodeGrantRequest(as, app, proves, parameters, 'https://app.test/cb', verifier)
  const tokens = await oauth.processAuthorizationCodeResponse(as, app, response, { expectedNonce: nonce, maxAge: 3600, requireIdToken: true })
  await oauth.validateApplicationLevelSignature(as, response)
  const claims = oauth.getValidatedIdTokenClaims(tokens)
  const told = await oauth.processUserInfoResponse(as, app, claims.sub, await oauth.userInfoRequest(as, app, tokens.access_token))
  return told.sub === claims.sub
})
end()
