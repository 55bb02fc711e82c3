import { computed, ref, watch } from 'vue'
import { words } from '@shared/messages'
import type { Problem } from '@shared/result'
import { toProblem } from '@shared/result'
import type { RetentionPreview } from '@shared/storage'
import { useClient } from '../api/client'
import type { LimitName } from '../lib/limits'
import { limitChange, limitValue, limitsOf, limitsWith, parseLimit, removesNothing, tightens } from '../lib/limits'
import { useAnnouncer } from '../stores/announcer'
import { useArchive } from '../stores/archive'
import { useSettings } from '../stores/settings'

/** What a tighter limit asks before it is taken; `preview` null = what it removes cannot be known now. */
interface Question {
  value: number | null
  preview: RetentionPreview | null
}

/** A limit of the archive as it is edited: wider at once, tighter only after it was said what that removes. */
export function useLimit(name: LimitName) {
  const client = useClient()
  const settings = useSettings()
  const archive = useArchive()
  const announcer = useAnnouncer()
  const title = words.storage.limit[name].title
  const draft = ref('')
  const invalid = ref(false)
  const asking = ref(false)
  const question = ref<Question | null>(null)
  const problem = ref<Problem | null>(null)
  let turn = 0

  const value = computed(() => settings.view?.values[name] ?? null)
  const standard = computed(() => settings.view?.defaults[name] ?? null)
  const origin = computed(() => settings.view?.origins[name] ?? 'default')
  /** Decided outside, where the window cannot change it. */
  const fixed = computed(() => origin.value === 'flag' || origin.value === 'environment')

  /** Shows the value in force again and asks nothing any more. */
  function revert(): void {
    turn++
    draft.value = value.value === null ? '' : String(value.value)
    invalid.value = false
    asking.value = false
    question.value = null
    problem.value = null
  }
  watch(value, revert, { immediate: true })

  /** Takes what was typed; empty days of framework runs are those of app runs. */
  function submit(): Promise<void> {
    const empty = draft.value.trim() === '' && name === 'db_framework_retention_days'
    const wanted = empty ? null : parseLimit(name, draft.value)
    if (wanted === null && !empty) {
      turn++
      question.value = null
      problem.value = null
      invalid.value = true
      return Promise.resolve()
    }
    return want(wanted)
  }

  /** Wider limits hold at once; for tighter ones it is found out first what they remove. */
  async function want(wanted: number | null): Promise<void> {
    const view = settings.view
    if (view === null || fixed.value) return
    const mine = ++turn
    invalid.value = false
    problem.value = null
    question.value = null
    draft.value = wanted === null ? '' : String(wanted)
    if (wanted === view.values[name]) return
    const limits = limitsWith(view.values, name, wanted)
    if (!tightens(limitsOf(view.values), limits)) {
      await take(wanted, false)
      return
    }
    if (archive.info?.sample === true || !archive.ready) {
      ask({ value: wanted, preview: null })
      return
    }
    asking.value = true
    try {
      const preview = await client.storage.preview(limits)
      if (mine !== turn) return
      if (removesNothing(preview)) await take(wanted, true)
      else ask({ value: wanted, preview })
    } catch (thrown) {
      if (mine === turn) problem.value = toProblem(thrown)
    } finally {
      if (mine === turn) asking.value = false
    }
  }

  function ask(next: Question): void {
    question.value = next
  }

  async function take(wanted: number | null, nothingGoes: boolean): Promise<void> {
    const change = limitChange(name, wanted)
    if (change === null) return
    try {
      await settings.change(change)
      question.value = null
      const said = nothingGoes ? words.storage.nothingGoes : words.storage.changed
      announcer.tell(said(title, limitValue(name, wanted)))
    } catch (thrown) {
      problem.value = toProblem(thrown)
    }
  }

  /** Takes the tighter limit that was asked about. */
  async function confirm(): Promise<void> {
    if (question.value !== null) await take(question.value.value, false)
  }

  return {
    title,
    value,
    standard,
    origin,
    fixed,
    draft,
    invalid,
    asking,
    question,
    problem,
    revert,
    submit,
    want,
    confirm,
  }
}
