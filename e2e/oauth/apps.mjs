// The apps of the second server: apps.json for it, and the private keys of those that sign beside it.
import { writeFileSync } from 'node:fs'
import { exportJWK, generateKeyPair } from 'jose'

const folder = process.argv[2]
const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
const jwk = { ...(await exportJWK(publicKey)), kid: 'first', alg: 'ES256', use: 'sig' }
writeFileSync(`${folder}/key.json`, JSON.stringify({ ...(await exportJWK(privateKey)), kid: 'first', alg: 'ES256' }))

const person = {
  grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
  redirect_uris: ['https://app.test/cb'],
  scopes: 'openid offline_access patient/*.rs system/*.rs',
  purposes: ['TREAT', 'PATRQT'],
}
writeFileSync(`${folder}/apps.json`, JSON.stringify({
  basic: { ...person, auth_method: 'client_secret_basic' },
  post: { ...person, auth_method: 'client_secret_post' },
  public: { ...person, auth_method: 'none', grant_types: ['authorization_code', 'refresh_token'], scopes: 'openid offline_access patient/*.rs', redirect_uris: ['http://127.0.0.1/cb'] },
  signs: { ...person, auth_method: 'private_key_jwt', jwks: { keys: [jwk] } },
  strict: { ...person, auth_method: 'private_key_jwt', profile: 'strict', jwks: { keys: [jwk] } },
  jwt: { ...person, auth_method: 'client_secret_basic', access_tokens: 'jwt' },
}))
