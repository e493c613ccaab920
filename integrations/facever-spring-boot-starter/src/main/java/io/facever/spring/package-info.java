/** What the starter brings: auto-configuration, its properties, and the check that the models answer. */
package io.facever.spring;
