import type { Api } from '@shared/contract'
import { start } from './start'

declare global {
  interface Window {
    /** Put there by the preload. */
    hassetteMonitor: Api
  }
}

void start(window.hassetteMonitor)
