namespace Skerry.Catalog.Checks;

/// <summary>What a check may wait for.</summary>
internal enum CheckDuty
{
    /// <summary>The next run.</summary>
    Run,

    /// <summary>The end of a time to live.</summary>
    Expire,

    /// <summary>To tell the group an output that changed while the status did not.</summary>
    TellOutput,

    /// <summary>The removal of a service that stays critical.</summary>
    Deregister,
}
