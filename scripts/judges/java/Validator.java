import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.DefaultProfileValidationSupport;
import ca.uhn.fhir.context.support.ValidationSupportContext;
import ca.uhn.fhir.validation.FhirValidator;
import ca.uhn.fhir.validation.SingleValidationMessage;
import ca.uhn.fhir.validation.ValidationOptions;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.hl7.fhir.common.hapi.validation.support.CommonCodeSystemsTerminologyService;
import org.hl7.fhir.common.hapi.validation.support.InMemoryTerminologyServerValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.PrePopulatedValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.SnapshotGeneratingValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.ValidationSupportChain;
import org.hl7.fhir.common.hapi.validation.validator.FhirInstanceValidator;
import org.hl7.fhir.instance.model.api.IBaseResource;
import org.hl7.fhir.r4.model.StructureDefinition;

/**
 * HAPI's instance validator, asked by lines of JSON: one resource a line in, its issues out.
 *
 * <p>Arguments: a folder with definitions of guides (StructureDefinition, CodeSystem), and a folder
 * to write them to with their snapshots.
 */
public final class Validator {
    public static void main(String[] arguments) throws Exception {
        PrintStream answers = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        System.setOut(System.err);
        FhirContext context = FhirContext.forR4();
        PrePopulatedValidationSupport guides = new PrePopulatedValidationSupport(context);
        load(context, guides, Path.of(arguments[0]));
        Path snapshots = Path.of(arguments[1]);
        ValidationSupportChain generator = chain(context, guides);
        PrePopulatedValidationSupport whole = new PrePopulatedValidationSupport(context);
        for (IBaseResource one : guides.fetchAllConformanceResources()) {
            if (one instanceof StructureDefinition definition) {
                if (!definition.hasSnapshot()) {
                    one = generator.generateSnapshot(
                        new ValidationSupportContext(generator), definition, "", "", "");
                }
                Files.writeString(
                    snapshots.resolve(one.getIdElement().getIdPart() + ".json"),
                    context.newJsonParser().encodeResourceToString(one));
            }
            whole.addResource(one);
        }
        ValidationSupportChain support = chain(context, whole);
        FhirInstanceValidator instances = new FhirInstanceValidator(support);
        instances.setAnyExtensionsAllowed(false);
        instances.setErrorForUnknownProfiles(true);
        FhirValidator validator = context.newValidator();
        validator.registerValidatorModule(instances);
        judge(validator, answers);
    }

    private static ValidationSupportChain chain(
            FhirContext context, PrePopulatedValidationSupport guides) {
        return new ValidationSupportChain(
            new DefaultProfileValidationSupport(context),
            guides,
            new CommonCodeSystemsTerminologyService(context),
            new InMemoryTerminologyServerValidationSupport(context),
            new SnapshotGeneratingValidationSupport(context));
    }

    private static void load(FhirContext context, PrePopulatedValidationSupport guides, Path folder)
            throws Exception {
        try (var files = Files.newDirectoryStream(folder, "*.json")) {
            for (Path file : files) {
                IBaseResource one = context.newJsonParser().parseResource(Files.readString(file));
                guides.addResource(one);
            }
        }
    }

    private static void judge(FhirValidator validator, PrintStream answers) throws Exception {
        ObjectMapper json = new ObjectMapper();
        BufferedReader asked =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line; (line = asked.readLine()) != null; ) {
            JsonNode question = json.readTree(line);
            ObjectNode answer = json.createObjectNode().put("name", question.get("name").asText());
            ArrayNode issues = answer.putArray("issues");
            try {
                for (SingleValidationMessage one : validator
                        .validateWithResult(question.get("resource").asText(), new ValidationOptions())
                        .getMessages()) {
                    issues.addObject()
                        .put("severity", one.getSeverity().getCode())
                        .put("where", one.getLocationString())
                        .put("says", one.getMessage());
                }
            } catch (RuntimeException broken) {
                issues.addObject().put("severity", "fatal").put("where", "").put("says", broken.toString());
            }
            answers.println(json.writeValueAsString(answer));
        }
    }
}
