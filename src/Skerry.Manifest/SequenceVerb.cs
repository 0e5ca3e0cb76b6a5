namespace Skerry.Manifest;

/// <summary>What a step of a sequence does; Consul's verbs. The numbers are in logs and stay.</summary>
public enum SequenceVerb
{
    /// <summary>Writes a key.</summary>
    Set = 1,

    /// <summary>Writes a key if its revision is the one given; 0: if there is none.</summary>
    Cas = 2,

    /// <summary>Takes the lock on a key for a session, and writes the key.</summary>
    Lock = 3,

    /// <summary>Lets the lock go that a session has on a key, and writes the key.</summary>
    Unlock = 4,

    /// <summary>Reads a key, which must be there.</summary>
    Get = 5,

    /// <summary>Reads a key, or nothing.</summary>
    GetOrEmpty = 6,

    /// <summary>Reads every key with a prefix.</summary>
    GetTree = 7,

    /// <summary>Fails unless the key's revision is the one given.</summary>
    CheckIndex = 8,

    /// <summary>Fails unless the session holds the key.</summary>
    CheckSession = 9,

    /// <summary>Fails if the key is there.</summary>
    CheckNotExists = 10,

    /// <summary>Deletes a key; that there is none is no failure.</summary>
    Delete = 11,

    /// <summary>Deletes every key with a prefix.</summary>
    DeleteTree = 12,

    /// <summary>Deletes a key if its revision is the one given; that there is none is no failure.</summary>
    DeleteCas = 13,
}
