import { runApp } from './app'
import { readCommandLine } from './lifecycle/command-line'
import { claimInstance, prepareElectron, reportSecondStart } from './lifecycle/early'

const start = readCommandLine()
prepareElectron(start.places)
if (claimInstance()) runApp(start, import.meta.dirname)
else reportSecondStart(start.places, start.flags)
