import { runApp } from './app'
import { readCommandLine, claimInstance, prepareElectron, reportSecondStart } from './lifecycle/before-ready'

const start = readCommandLine()
prepareElectron(start.places)
if (claimInstance()) runApp(start, import.meta.dirname)
else reportSecondStart(start.places, start.flags)
