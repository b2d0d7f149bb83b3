using Imago.Domain.Images;

namespace Imago.Application.Catalog;

/// <summary>The releases that count now: those that come with the product, and those that were published into the running server or read from a feed.</summary>
public interface ICatalogSource
{
    /// <summary>The catalogue as of the last change that this process has heard of; asked for in every pass, so it costs nothing.</summary>
    ReleaseCatalog Current { get; }
}
