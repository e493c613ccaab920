module com.example.app {
    requires io.facever;
}
