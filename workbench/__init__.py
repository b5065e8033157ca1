"""The front ends: the engineers' workbench (Streamlit) and, in `reviewer`, the reviewers' demo (Gradio).

Both are clients of the gRPC contract and of nothing else.
"""
