import '../lib/moved-clock'
import '@main/archive/worker/threads/writer'
