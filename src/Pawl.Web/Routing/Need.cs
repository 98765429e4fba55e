namespace Pawl.Web.Routing;

/// <summary>Who may call a route.</summary>
internal enum Need
{
    /// <summary>Anybody, without a key.</summary>
    Open,

    /// <summary>Any management role.</summary>
    Viewer,

    /// <summary>Those who create jobs.</summary>
    Submitter,

    /// <summary>Those who command jobs.</summary>
    Operator,

    /// <summary>Those who administer.</summary>
    Admin,

    /// <summary>A worker key, and nothing else.</summary>
    Worker,
}
