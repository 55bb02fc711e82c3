import type { Origins } from '../security/policy'
import { isOwnPage } from '../security/policy'

/** The part of Electron's frame that the check needs; `senderFrame` is null when the frame is gone. */
export interface SenderFrame {
  url: string
  parent: unknown
}

/** Only the main frame of the window's page may call. */
export function isTrustedSender(frame: SenderFrame | null, origins: Origins): boolean {
  return frame !== null && frame.parent === null && isOwnPage(frame.url, origins)
}
