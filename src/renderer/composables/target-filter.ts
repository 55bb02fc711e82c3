import { words } from '@shared/messages'
import type { RunRow } from '@shared/run'
import { targetLabel } from '../lib/condition-words'
import { conditionsOf, queryOf } from '../lib/route-state'
import { useAnnouncer } from '../stores/announcer'
import { useView } from '../stores/view'

/** "Only this handler" and "hide this handler" of a run, as conditions of the list. */
export function useTargetFilter(): (op: 'is' | 'not', run: RunRow) => void {
  const view = useView()
  const announcer = useAnnouncer()
  return (op, run) => {
    const others = conditionsOf(view.query).filter(
      (condition) => condition.field !== 'target' || (op === 'not' && condition.value !== run.targetId),
    )
    void view.changeQuery(queryOf([...others, { field: 'target', op, value: run.targetId }]))
    const name = targetLabel({ ...run, name: run.targetName })
    announcer.tell(op === 'not' ? words.filter.hidden(name) : words.filter.shownOnly(name))
  }
}
