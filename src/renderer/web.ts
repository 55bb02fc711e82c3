import { createFake } from './api/fake'
import type { Fake } from './api/fake'
import { fakeOptions } from './api/fake-options'
import { setClock } from './lib/clock'
import { start } from './start'

declare global {
  interface Window {
    /** For tests and for looking at states by hand in a plain browser. */
    fake: Fake
  }
}

const options = fakeOptions(location.search)
if (new URLSearchParams(location.search).has('now')) setClock(() => options.nowMs)
window.fake = createFake(options)

void start(window.fake.api)
