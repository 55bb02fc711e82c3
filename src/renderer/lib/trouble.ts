import type { BlindSource, Incident } from '@shared/alert'
import { words } from '@shared/messages'
import { alertWords } from '@shared/messages-alerts'
import type { SourceInfo } from '@shared/source'
import { incidentSentence, incidentShape, incidentTitle, worstFirst } from './incident-words'
import type { Trouble } from './lead'
import { shortMoment } from './lead'
import { recordingEnd } from './recording-end'
import { visibleText } from './visible-text'

/**
 * What keeps the overview from saying that all is fine: its source is not watched, its Hassette does not run, or an
 * incident of it is open, snoozed or not. Null when there is nothing of the kind. Times in microseconds.
 */
export function troubleOf(
  source: SourceInfo,
  blind: readonly BlindSource[],
  open: readonly Incident[],
  sourceOf: (incident: Incident) => string | null,
  nowUs: number,
): Trouble | null {
  const { state, hassette, name, id } = source
  const known = blind.find(({ sourceId }) => sourceId === id)
  const text = words.lead
  if (state.kind === 'stale' || known) {
    const sinceUs = state.kind === 'stale' ? state.sinceMs * 1000 : (known?.sinceUs ?? nowUs)
    const why = (state.kind === 'stale' ? state : known)?.problem.message ?? ''
    return {
      ...{ blind: true, shape: 'skipped' },
      text: text.blind(visibleText(name), shortMoment(sinceUs, nowUs)),
      rest: `${visibleText(words.alertBanner.blindReason(why))} ${text.blindRest}`,
    }
  }
  if (state.kind === 'failed') {
    return {
      blind: true,
      shape: 'skipped',
      text: text.unread(visibleText(name)),
      rest: visibleText(state.problem.message),
    }
  }
  if (hassette?.kind === 'down') {
    return {
      ...{ blind: true, shape: 'failed' },
      text: text.down(visibleText(name), shortMoment(hassette.sinceUs, nowUs)),
      rest: text.downRest(alertWords.downReason[hassette.how]),
    }
  }
  if (hassette?.kind === 'running' && hassette.signUs !== null) {
    return {
      ...{ blind: true, shape: 'skipped' },
      text: text.noSign(visibleText(name), shortMoment(hassette.signUs, nowUs)),
      rest: text.noSignRest,
    }
  }
  if (hassette?.kind === 'stopped') {
    return {
      ...{ blind: true, shape: 'skipped' },
      text: text.stopped(visibleText(name), shortMoment(hassette.sinceUs, nowUs)),
      rest: text.stoppedRest,
    }
  }
  const own = open.filter(({ sourceId }) => sourceId === id)
  const [worst] = worstFirst(own, nowUs)
  if (!worst) return null
  const others = own.length > 1 ? ` ${text.incidentOthers(own.length - 1)}` : ''
  return {
    blind: false,
    shape: incidentShape(worst),
    text: incidentTitle(worst, sourceOf(worst)),
    rest: `${incidentSentence(worst, recordingEnd(source) ?? nowUs, null)}${others}`,
  }
}
