package io.facever.models;

import io.facever.ModelDescription;
import java.util.List;

/** What the catalogue holds of a model. */
record CatalogueModel(ModelDescription description, List<Network> networks) {}
