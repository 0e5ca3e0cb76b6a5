namespace Skerry.Agent.CommandLine.Documents;

/// <summary>A key as <c>/v1/kv</c> answers it.</summary>
/// <param name="Key">Its name.</param>
/// <param name="Value">Its value; null: an empty one.</param>
/// <param name="Flags">The client's number.</param>
/// <param name="LockIndex">How often it was locked.</param>
/// <param name="Session">Who holds it; null: nobody.</param>
/// <param name="CreateIndex">The revision that made it.</param>
/// <param name="ModifyIndex">The revision that wrote it last.</param>
internal sealed record ApiKeyDocument(string Key, byte[]? Value, ulong Flags, long LockIndex, string? Session, long CreateIndex, long ModifyIndex);
