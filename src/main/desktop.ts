import { app, clipboard, dialog, shell } from 'electron'
import { Failure } from '@shared/result'
import { mayOpenOutside } from './security/policy'
import { oncePer, oneAtATime } from './util/concurrency'

/**
 * What the app asks of the desktop it runs on. The window names no path: the user chooses one in
 * the system's own dialog, which the window can neither see nor answer. Each `ask…` resolves to an absolute path and
 * throws `cancelled` when nothing was chosen, `busy` while another dialog is open.
 */
export interface Desktop {
  /** Of the app. */
  version: string
  /** Shows a file in the file manager. */
  showFile: (path: string) => void
  openFolder: (path: string) => Promise<void>
  /** Opens a page of the list in the user's browser, at most one a second; throws `invalid_input` or `busy`. */
  openUrl: (url: string) => Promise<void>
  copyText: (text: string) => Promise<void>
  /** Asks for a file that is there; `from` = the folder that is shown first. */
  askFile: (from: string) => Promise<string>
  askFolder: (from: string) => Promise<string>
  /** Asks where to save a database, and about overwriting; `suggested` = a path. */
  askNewFile: (suggested: string) => Promise<string>
}

/** Time between two things that open outside of the app, milliseconds; what comes sooner is refused. */
const PAUSE_MS = 1000

/** The desktop by Electron. */
export function createDesktop(): Desktop {
  const inTurn = oncePer(PAUSE_MS, () => performance.now())
  const alone = oneAtATime('A choice is waited for.', 'Answer the dialog that is open first.')

  const ask = (what: 'openFile' | 'openDirectory', from: string): Promise<string> =>
    alone(async () => {
      const { canceled, filePaths } = await dialog.showOpenDialog({
        defaultPath: from,
        properties: [what, 'createDirectory'],
      })
      const [path] = filePaths
      if (canceled || path === undefined) throw new Failure('cancelled', 'Nothing was chosen.')
      return path
    })

  return {
    version: app.getVersion(),
    showFile: (path) => {
      inTurn()
      shell.showItemInFolder(path)
    },
    openFolder: async (path) => {
      inTurn()
      await shell.openPath(path)
    },
    openUrl: async (url) => {
      if (!mayOpenOutside(url)) throw new Failure('invalid_input', 'This page is not one that the app opens.')
      inTurn()
      await shell.openExternal(url)
    },
    copyText: async (text) => {
      // A promise from Electron 44 on, plain before.
      await clipboard.writeText(text)
    },
    askFile: (from) => ask('openFile', from),
    askFolder: (from) => ask('openDirectory', from),
    askNewFile: (suggested) =>
      alone(async () => {
        const { canceled, filePath } = await dialog.showSaveDialog({
          defaultPath: suggested,
          filters: [{ name: 'Database', extensions: ['db'] }],
          properties: ['createDirectory', 'showOverwriteConfirmation'],
        })
        if (canceled || !filePath) throw new Failure('cancelled', 'No file was chosen.')
        return filePath
      }),
  }
}
