import './still-clock'
import '@main/archive/worker/threads/writer'
