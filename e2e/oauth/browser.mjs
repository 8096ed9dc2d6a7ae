// A person who makes an account, signs in and answers an app, all on the real pages in Chromium. Letters come through aiosmtpd, codes from
// pyotp; the app is openid-client with a door of its own on this machine.
import { execFileSync } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import * as client from 'openid-client'
import { chromium } from 'playwright-core'
import { end, holds, is, refuses } from './say.mjs'

const ready = JSON.parse(readFileSync(process.env.STRONGROOM_READY))
const python = process.env.PYTHON
const letters = process.env.LETTERS
const email = 'ylva@fjord.example'
const password = 'marmot thirteen gable rust'

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ['--no-sandbox'] })
const context = await browser.newContext({ ignoreHTTPSErrors: true, locale: 'en' })
const page = await context.newPage()
const complaints = []
page.on('pageerror', (error) => complaints.push(error.message))
page.on('console', (message) => {
  if (message.type() === 'error' && !message.text().includes('status of 4')) complaints.push(message.text())
})

const at = () => new URL(page.url()).pathname
async function send(action, fields = {}, button = 'button') {
  const form = page.locator(`form[action^="${action}"]`).first()
  for (const [name, value] of Object.entries(fields)) await form.locator(`[name="${name}"]`).fill(value)
  await Promise.all([page.waitForEvent('load'), form.locator(button).first().click()])
}

// A letter that the mail server kept: to whom, from whom, subject, text.
async function letter(to) {
  for (let tries = 0; tries < 150; tries += 1) {
    for (const name of readdirSync(letters).filter((name) => name.endsWith('.txt')).sort().reverse()) {
      const [rcpt, from, subject, , ...text] = readFileSync(join(letters, name), 'utf8').split('\n')
      if (rcpt === to) return { from, subject, text: text.join('\n') }
    }
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  throw new Error(`no letter to ${to} came`)
}

// A code that was not used yet: of the next half minute, if this one's was.
let secret
let used
async function code() {
  for (;;) {
    const fresh = execFileSync(python, ['-c', 'import pyotp, sys; print(pyotp.TOTP(sys.argv[1]).now())', secret]).toString().trim()
    if (fresh !== used) return (used = fresh)
    await new Promise((resolve) => setTimeout(resolve, 1000))
  }
}

await holds('an account: the letter comes over SMTP with STARTTLS, its link is followed', async () => {
  await page.goto(`${ready.url}/sign-up`)
  await send('/sign-up', { email })
  const { from, text } = await letter(email)
  const link = text.match(/https:\/\/\S+\/account\/\S+/)[0]
  await page.goto(link)
  await send(new URL(link).pathname, { name: 'Ylva', password })
  return at() === '/sign-in' && from.includes('no-reply@strongroom.local')
})
await holds('a second factor whose codes pyotp computes', async () => {
  await send('/sign-in', { email, password })
  const base = new URL(page.url()).origin
  await page.goto(`${base}/account/factors/app`)
  await send('/account/factors/app', { name: 'Phone' })
  secret = (await page.locator('.key').innerText()).replaceAll(' ', '')
  await send('/account/factors/app/code', { code: await code() })
  return (await page.locator('.notice').innerText()).includes('added')
})
await holds('the owner hears of it by letter', async () => {
  for (let tries = 0; tries < 50; tries += 1) {
    if (!(await letter(email)).text.includes('/account/demo/verify/')) return true
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  return false
})

// The app's own door; `arrived` gives the address that the browser was sent back to.
let arrived
const door = createServer((request, response) => {
  if (!request.url.startsWith('/cb')) return response.writeHead(404).end()
  response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>The app</title><h1>Back in the app</h1>')
  arrived(new URL(request.url, home))
})
await new Promise((resolve) => door.listen(0, '127.0.0.1', resolve))
const home = `http://127.0.0.1:${door.address().port}`
const config = await client.discovery(new URL(ready.url), ready.app.client_id, undefined, client.ClientSecretBasic(ready.app.client_secret))

async function begin(more = {}) {
  const verifier = client.randomPKCECodeVerifier()
  const checks = { pkceCodeVerifier: verifier, expectedState: client.randomState(), expectedNonce: client.randomNonce() }
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: `${home}/cb`, scope: 'openid offline_access patient/*.rs purpose/PATRQT', state: checks.expectedState, nonce: checks.expectedNonce,
    code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256', ...more,
  })
  const back = new Promise((resolve) => { arrived = resolve })
  await page.goto(url.href)
  return { checks, back }
}
const answer = (value) => send('/oauth2/consent', {}, `button[value="${value}"]`)

let tokens
await holds('an app sends somebody who is not signed in: password, code, the question, and back', async () => {
  await context.clearCookies()
  const { checks, back } = await begin()
  if (at() !== '/sign-in') return `not asked to sign in: ${page.url()}`
  await send('/sign-in', { email, password })
  await send('/sign-in/second', { code: await code() })
  const asked = await page.locator('main').innerText()
  if (!asked.includes('Sample app')) return `the question does not name the app: ${page.url()} ${asked}`
  await answer('allow')
  tokens = await client.authorizationCodeGrant(config, await back, checks)
  const told = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub)
  return told.sub === tokens.claims().sub && (await page.locator('h1').innerText()) === 'Back in the app'
})
const own = () => client.fetchProtectedResource(config, tokens.access_token, new URL(`${ready.url}/v1/persons/${tokens.person}/records/cycle-day`), 'GET', null, new Headers({ 'purpose-of-use': 'PATRQT' }))
await holds('the app reads what was agreed, and refreshes', async () => {
  const opened = await own()
  if (opened.status !== 200) return `${opened.status} ${await opened.text()}`
  tokens = { ...tokens, ...(await client.refreshTokenGrant(config, tokens.refresh_token)) }
  return (await own()).status === 200
})
await holds('another purpose than agreed is refused', async () => {
  const url = new URL(`${ready.url}/v1/persons/${tokens.person}/records/cycle-day`)
  try {
    const got = await client.fetchProtectedResource(config, tokens.access_token, url, 'GET', null, new Headers({ 'purpose-of-use': 'TREAT' }))
    return got.status === 403
  } catch (error) {
    return error.status === 403 || error.message
  }
})
await holds('a no, in the same words and as easily, comes back as a no', async () => {
  const { checks, back } = await begin({ prompt: 'consent' })
  await answer('refuse')
  await refuses('what the person refused', 'access_denied', async () => client.authorizationCodeGrant(config, await back, checks))
})
await holds('a request with an address that the app never named is told to the person, and nobody is sent on', async () => {
  await begin({ redirect_uri: 'https://evil.test/cb' })
  return new URL(page.url()).origin === ready.url && (await page.locator('h1').innerText()).length > 0
})
await holds('taken back on the page of apps: the next read is refused', async () => {
  await page.goto(`${ready.url}/account/apps`)
  if (!(await page.locator('main').innerText()).includes('Sample app')) return 'the app is not listed'
  await send('/account/app/')
  const started = Date.now()
  try {
    const got = await own()
    if (got.status !== 401) return `still ${got.status}`
  } catch (error) {
    if (error.status !== 401 && error.cause?.[0]?.parameters?.error !== 'invalid_token') return `${error.message}`
  }
  await refuses('a refresh after it', 'invalid_grant', () => client.refreshTokenGrant(config, tokens.refresh_token))
  return Date.now() - started < 2000
})
is('no page had anything to complain of', complaints.length === 0, complaints.join('; '))
await browser.close()
door.close()
door.closeAllConnections()
end()
