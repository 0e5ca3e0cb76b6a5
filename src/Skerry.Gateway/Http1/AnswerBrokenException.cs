namespace Skerry.Gateway.Http1;

/// <summary>An answer under way broke off. It cannot be taken back: the client is cut off, so that it does not take a part for the whole.</summary>
internal sealed class AnswerBrokenException() : Exception("The answer broke off.");
