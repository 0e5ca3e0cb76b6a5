namespace Skerry.Agent.CommandLine.Documents;

/// <summary>A change as <c>skerry kv watch</c> prints it.</summary>
/// <param name="Change"><c>put</c> or <c>delete</c>.</param>
/// <param name="Index">The revision of it; of a deletion one at which the key was gone.</param>
/// <param name="Entry">The key after it; null where it is gone.</param>
/// <param name="Key">Its name.</param>
internal sealed record EntryChangeResult(string Change, long Index, string Key, EntryResult? Entry);
