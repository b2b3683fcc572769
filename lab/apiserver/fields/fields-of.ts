/** Every field that an object mentions (ToFieldSet of structured-merge-diff). */
import { isObject, type Json } from "../json.ts";
import { fieldElement } from "./element.ts";
import { itemsOf } from "./items.ts";
import { type FieldSet, SetBuilder } from "./set.ts";
import { deduce, memberType, type Type } from "./type.ts";

/** The set of leaves and elements of a value. */
export function fieldsOf(type: Type, value: Json): FieldSet {
  const builder = new SetBuilder();
  visit(builder, [], type, value);
  return builder.done();
}

function visit(into: SetBuilder, path: string[], given: Type, value: Json): void {
  const type = deduce(given, value);
  if (type.map !== null) {
    if (type.map.atomic) return into.insert(path);
    for (const [name, inner] of Object.entries(isObject(value) ? value : {})) {
      const own = memberType(type.map, name);
      if (own === null || inner === undefined) continue;
      path.push(fieldElement(name));
      visit(into, path, own, inner);
      const empty = inner === null || (isObject(inner) && Object.keys(inner).length === 0);
      if (empty || !type.map.fields.has(name)) into.insert(path);
      path.pop();
    }
  } else if (type.scalar === null && type.list !== null) {
    if (type.list.atomic) return into.insert(path);
    for (const [element, items] of itemsOf(type.list, value)) {
      path.push(element);
      const [first] = items;
      if (items.length === 1 && first !== undefined) visit(into, path, type.list.element(), first);
      into.insert(path);
      path.pop();
    }
  } else into.insert(path);
}
