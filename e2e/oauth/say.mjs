// Says what held, and remembers what did not.
let failed = 0

export function is(what, ok, why = '') {
  if (!ok) failed += 1
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${what}${ok ? '' : ` ${why}`}`)
}

export async function holds(what, run) {
  try {
    const why = await run()
    is(what, why !== false, why)
  } catch (error) {
    is(what, false, `${error.name}: ${error.message} ${JSON.stringify(error.cause ?? error.error ?? '')}`)
  }
}

// `run` must be refused with this word of the standards.
export async function refuses(what, word, run) {
  try {
    await run()
    is(`refuses ${what}`, false, 'it was accepted')
  } catch (error) {
    const said = error.error ?? error.cause?.error ?? error.cause?.parameters?.error
    is(`refuses ${what}`, said === word, `${said}: ${error.message}`)
  }
}

export function end() {
  process.exit(failed ? 1 : 0)
}
