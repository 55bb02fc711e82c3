import type { Settings } from '@shared/settings'
import type { Limits } from '@shared/storage'

/** The limits of the archive that settings say. */
export function limitsFrom(settings: Settings): Limits {
  const {
    db_retention_days: retentionDays,
    db_framework_retention_days: framework,
    db_max_size_mb: maxSizeMb,
  } = settings
  return { retentionDays, frameworkRetentionDays: framework ?? retentionDays, maxSizeMb }
}
