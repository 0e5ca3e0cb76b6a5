namespace Skerry.Manifest;

/// <summary>A document that the group has agreed on, by kind and name.</summary>
/// <param name="Kind">What it is: a word of lower-case letters.</param>
/// <param name="Name">Its name among those of its kind.</param>
/// <param name="Document">Its text.</param>
/// <param name="Revision">The revision that wrote it last: its version.</param>
/// <param name="CreateRevision">The revision that made it.</param>
public sealed record ManifestObject(string Kind, string Name, string Document, long Revision, long CreateRevision);
