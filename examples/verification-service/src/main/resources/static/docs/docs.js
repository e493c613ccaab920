// validatorUrl: Swagger UI would otherwise ask a public validator about the document
window.SwaggerUIBundle({ url: "/openapi.yaml", dom_id: "#docs", validatorUrl: null });
