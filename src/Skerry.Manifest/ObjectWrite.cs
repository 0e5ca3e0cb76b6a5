namespace Skerry.Manifest;

/// <summary>What an object is to become.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">Its name.</param>
/// <param name="Document">Its text from now on; null deletes it.</param>
public sealed record ObjectWrite(string Kind, string Name, string? Document);
