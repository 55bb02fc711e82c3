import type { Fake } from '@renderer/api/fake'

declare global {
  interface Window {
    fake: Fake
  }
}
