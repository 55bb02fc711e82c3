/**
 * How the alerts name a handler or job (`t`): by its name, and by its instance where its app has several. What is told of
 * one instance would else read as if told of the other.
 */
export const TARGET_NAME = `t.name || iif(EXISTS (SELECT 1 FROM targets o
  WHERE o.app_id = t.app_id AND o.instance_index <> t.instance_index), ' · ' || t.instance_index, '')`
