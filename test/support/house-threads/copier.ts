import './still-clock'
import '@main/archive/worker/copier'
