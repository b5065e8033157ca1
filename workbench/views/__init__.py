"""The pages, one a file. Each has one public function, which `app` gives to `st.Page`."""
