"""What a chat model is to read below the system's message."""

from __future__ import annotations

from server.domain import Message, MessageRole, ModelRequest

GO_ON = (
    "Your last message was cut off. Go on directly behind its last character, in the middle of a word if need be. "
    "Repeat nothing of it, do not begin anew, and say nothing of the interruption."
)


def conversation(request: ModelRequest) -> list[Message]:
    """History and question; behind them what was begun of the answer, and to go on with it.

    Messages without text are left out: not every API takes them. The last message is a user's: newer models refuse to
    go on with one of the assistant's.
    """
    messages = [message for message in request.history if message.text.strip()]
    messages.append(Message(MessageRole.USER, request.question))
    if request.begun.strip():
        messages += [Message(MessageRole.ASSISTANT, request.begun), Message(MessageRole.USER, GO_ON)]
    return messages
