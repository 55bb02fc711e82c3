import type { RetainReport, RetainRequest, Remote, WriteApi } from '../archive/api'
import type { WorkJob } from './job-runner'

/** A pass of the retention as long work; `onDone` hears what it did. */
export function retainJob(
  write: Pick<Remote<WriteApi>, 'retain'>,
  request: RetainRequest,
  onDone: (report: RetainReport) => void = () => undefined,
): WorkJob {
  return async (say, signal) => {
    const report = await write.retain(request, {
      signal,
      // When the last run is gone, what it took is given back.
      onProgress: ({ done, total }) =>
        say(
          done < total
            ? { step: 'deleting', share: done / total, runs: done }
            : { step: 'shrinking', share: null, runs: done },
        ),
    })
    const { runs, bytesBefore, bytesAfter, timeWaits } = report
    say({ runs, bytesBefore, bytesAfter, timeWaits })
    onDone(report)
  }
}
