/*
 * The conditions of the form, evaluated in the page: the same trees and the same rules as cmr_dictionary.expressions.
 * An absent value is the empty text; `null` is "no value". A test proves both evaluators equal on every condition.
 */

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** A number out of a result, or null. */
function numberOf(result) {
  if (typeof result === "boolean") return result ? 1 : 0;
  if (typeof result === "number") return result;
  if (typeof result !== "string" || !NUMBER.test(result.trim())) return null;
  return finite(Number(result.trim()));
}

function finite(number) {
  return Number.isFinite(number) ? number : null;
}

/** True, false, or null where nobody knows. */
function truthOf(result) {
  if (result === null || typeof result === "boolean") return result;
  const number = numberOf(result);
  return number === null ? null : number !== 0;
}

function itemOf([name, code], values) {
  const found = values[name] ?? null;
  if (code !== null) {
    const codes = Array.isArray(found) ? found : [found];
    return codes.map(String).includes(code) ? "1" : "0";
  }
  if (Array.isArray(found)) return found.map(String).join(",");
  if (found === null) return "";
  if (typeof found === "boolean") return found ? 1 : 0;
  return typeof found === "number" ? found : String(found);
}

function logic(word, sides, values) {
  const truths = sides.map((side) => truthOf(evaluate(side, values)));
  const decisive = word === "or";
  if (truths.includes(decisive)) return decisive;
  return truths.includes(null) ? null : !decisive;
}

const EQUALITIES = ["=", "<>", "!="];
const ORDERS = { "<": (a, b) => a < b, "<=": (a, b) => a <= b, ">": (a, b) => a > b, ">=": (a, b) => a >= b };

function comparison(sign, [left, right]) {
  const numbers = [numberOf(left), numberOf(right)];
  if (EQUALITIES.includes(sign)) {
    if (left === null || right === null) return null;
    const same = numbers.includes(null) ? left === right : numbers[0] === numbers[1];
    return sign === "=" ? same : !same;
  }
  return numbers.includes(null) ? null : ORDERS[sign](...numbers);
}

const OPERATIONS = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => (b === 0 ? NaN : a / b),
  "^": (a, b) => Math.pow(a, b),
};
const FUNCTIONS = { round: rounded, sqrt: Math.sqrt, abs: Math.abs };

/** Halves away from zero, on the decimal digits as people read them. */
function rounded(number, digits = 0) {
  if (Math.abs(number) >= 1e15) return number;
  const [mantissa, exponent] = Math.abs(number).toExponential().split("e");
  const figures = mantissa.replace(".", "");
  const kept = Number(exponent) + 1 + Math.trunc(digits);
  if (kept < 0) return 0;
  const up = figures.charAt(kept) >= "5" ? 1n : 0n;
  const whole = BigInt(figures.slice(0, kept).padEnd(kept, "0") || "0") + up;
  return Math.sign(number) * Number(`${whole}e${-Math.trunc(digits)}`);
}

function calculated(operation, parts, values) {
  const numbers = parts.map((part) => numberOf(evaluate(part, values)));
  return numbers.includes(null) ? null : finite(operation(...numbers));
}

/**
 * The value of a tree: a number, a text, true or false, or null for "no value".
 *
 * `values` holds plain values by item: numbers, texts, lists of codes; what is absent is not in it.
 */
export function evaluate([kind, ...parts], values) {
  if (kind === "constant") return parts[0];
  if (kind === "item") return itemOf(parts, values);
  if (kind === "and" || kind === "or") return logic(kind, parts, values);
  if (kind in ORDERS || EQUALITIES.includes(kind)) {
    return comparison(kind, parts.map((part) => evaluate(part, values)));
  }
  if (kind === "if") {
    const truth = truthOf(evaluate(parts[0], values));
    return truth === null ? null : evaluate(parts[truth ? 1 : 2], values);
  }
  return calculated(OPERATIONS[kind] ?? FUNCTIONS[kind], parts, values);
}

/** Whether a condition asks for its items. */
export function isAsked(condition, values) {
  return evaluate(condition, values) === true;
}
