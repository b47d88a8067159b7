/** Published declarations, read with TypeScript's compiler. */
import assert from "node:assert/strict";
import path from "node:path";
import ts from "typescript";
import { PROJECT } from "./program.js";

const OPTIONS: ts.CompilerOptions = {
  module: ts.ModuleKind.NodeNext,
  target: ts.ScriptTarget.ES2022,
  types: ["node"],
  skipLibCheck: true,
};

export class Declarations {
  private readonly checker: ts.TypeChecker;
  private readonly exports: readonly ts.Symbol[];

  constructor(private readonly file: string) {
    const program = ts.createProgram([file], OPTIONS);
    this.checker = program.getTypeChecker();
    const source = program.getSourceFile(file);
    const symbol = source && this.checker.getSymbolAtLocation(source);
    assert.ok(symbol, `${file} is no module`);
    this.exports = this.checker.getExportsOfModule(symbol);
  }

  /** Names of values and types, in alphabetical order. */
  exportNames(): string[] {
    return this.exports.map(({ name }) => name).sort();
  }

  /** Names of the properties of an exported interface, inherited ones included, in alphabetical order. */
  propertyNames(name: string): string[] {
    const found = this.exports.find((symbol) => symbol.name === name);
    assert.ok(found, `${this.file} does not export ${name}`);
    const symbol = found.flags & ts.SymbolFlags.Alias ? this.checker.getAliasedSymbol(found) : found;
    return this.checker
      .getPropertiesOfType(this.checker.getDeclaredTypeOfSymbol(symbol))
      .map((property) => property.name)
      .sort();
  }
}

/** @param file its path in the project, as `dist/node/index.d.ts`. */
export function declarationsOf(file: string): Declarations {
  return new Declarations(path.join(PROJECT, file));
}
