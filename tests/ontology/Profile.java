import java.io.File;
import org.semanticweb.owlapi.apibinding.OWLManager;
import org.semanticweb.owlapi.model.OWLOntology;
import org.semanticweb.owlapi.profiles.OWL2DLProfile;
import org.semanticweb.owlapi.profiles.OWLProfileReport;

/** Loads an ontology as Protégé does and prints what OWL 2 DL does not allow, one violation a line. */
public class Profile {
    public static void main(String[] paths) throws Exception {
        OWLOntology ontology =
            OWLManager.createOWLOntologyManager().loadOntologyFromOntologyDocument(new File(paths[0]));
        OWLProfileReport report = new OWL2DLProfile().checkOntology(ontology);
        report.getViolations().forEach(violation -> System.out.println(violation));
        System.out.println(ontology.getLogicalAxiomCount() + " logical axioms");
    }
}
