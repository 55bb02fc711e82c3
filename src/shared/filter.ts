import * as v from 'valibot'
import { RUN_STATUSES, TARGET_KINDS, TIERS } from './run'

/** Which rows the tier switch shows. */
export const tierChoiceSchema = v.picklist([...TIERS, 'all'])
export type TierChoice = v.InferOutput<typeof tierChoiceSchema>

export const idSchema = v.pipe(v.number(), v.safeInteger(), v.minValue(1))

const operator = v.picklist(['is', 'not'])
const errorText = v.pipe(v.string(), v.minLength(1), v.maxLength(200))
const appKey = v.pipe(v.string(), v.minLength(1), v.maxLength(200))

/** One chip: several `is` of one field are alternatives, each `not` takes away. */
export const conditionSchema = v.variant('field', [
  v.strictObject({ field: v.literal('status'), op: operator, value: v.picklist(RUN_STATUSES) }),
  v.strictObject({ field: v.literal('app'), op: operator, value: appKey }),
  v.strictObject({ field: v.literal('kind'), op: operator, value: v.picklist(TARGET_KINDS) }),
  v.strictObject({ field: v.literal('target'), op: operator, value: idSchema }),
  /** The concrete class, e.g. `DependencyResolutionError`. */
  v.strictObject({ field: v.literal('errorType'), op: operator, value: errorText }),
  v.strictObject({ field: v.literal('dependencyFailure'), op: operator, value: v.literal(true) }),
  /** Part of the message or of the error's class, whatever its case. */
  v.strictObject({ field: v.literal('text'), op: operator, value: errorText }),
])
export type Condition = v.InferOutput<typeof conditionSchema>

const microseconds = v.pipe(v.number(), v.safeInteger())

/** Runs that started in [fromUs, toUs); null = open end. Microseconds since 1970, UTC. */
export const spanSchema = v.strictObject({ fromUs: v.nullable(microseconds), toUs: v.nullable(microseconds) })
export type Span = v.InferOutput<typeof spanSchema>

/** Which runs a list holds. */
export const runFilterSchema = v.strictObject({
  sourceId: idSchema,
  tier: tierChoiceSchema,
  span: spanSchema,
  targetId: v.nullable(idSchema),
  conditions: v.pipe(v.array(conditionSchema), v.maxLength(50)),
})
export type RunFilter = v.InferOutput<typeof runFilterSchema>
