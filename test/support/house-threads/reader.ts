import './still-clock'
import '@main/archive/worker/reader'
